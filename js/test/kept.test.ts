import { expect, test } from "vitest";
import { Kept } from "../src/lib/kept.ts";

function few(most: number) {
  const gone: string[] = [];
  const kept = new Kept<{ size: number }>(
    most,
    ({ size }) => size,
    (_, name) => gone.push(name),
  );
  return { kept, gone };
}

test("what was not looked at for longest goes first, and only as much as must", () => {
  const { kept, gone } = few(5);
  const first = { size: 2 };
  kept.keep("a", first);
  kept.keep("b", { size: 2 });
  kept.keep("a", first);
  kept.keep("c", { size: 2 });
  expect(gone).toEqual(["b"]);
  expect([kept.get("a"), kept.get("b")]).toEqual([first, undefined]);
});

test("what is looked at stays however large it is, and one that is replaced goes", () => {
  const { kept, gone } = few(5);
  kept.keep("a", { size: 1 });
  kept.keep("b", { size: 9 });
  expect([gone, kept.get("b")]).toEqual([["a"], { size: 9 }]);
  kept.keep("b", { size: 8 });
  expect(gone).toEqual(["a", "b"]);
  kept.clear();
  expect([gone, kept.get("b")]).toEqual([["a", "b", "b"], undefined]);
});
