import { gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { Unpacker } from "../src/lib/unpack.ts";

afterEach(() => vi.unstubAllGlobals());

const packed = { base64: Buffer.from(gzipSync(Buffer.from([4, 2, 4]))).toString("base64"), gzip: true };

/** A worker that does what it is told, or ends at once. */
function fakeWorker(answer: ((text: string) => Uint8Array | undefined) | "breaks") {
  const made: { ended: boolean }[] = [];
  class Fake extends EventTarget {
    ended = false;
    constructor() {
      super();
      made.push(this);
    }
    postMessage([id, text]: [number, string]): void {
      queueMicrotask(() => {
        if (answer === "breaks") this.dispatchEvent(new Event("error"));
        else this.dispatchEvent(new MessageEvent("message", { data: [id, answer(text)] }));
      });
    }
    terminate(): void {
      this.ended = true;
    }
  }
  vi.stubGlobal("Worker", Fake);
  return made;
}

test("gzipped text is unpacked by a worker that ends with the view", async () => {
  const closing = new AbortController();
  const made = fakeWorker(() => Uint8Array.of(9));
  const unpacker = new Unpacker(closing.signal);
  expect([...(await unpacker.bytes(packed))]).toEqual([9]);
  expect([...(await unpacker.bytes(Uint8Array.of(1)))]).toEqual([1]);
  expect(made).toHaveLength(1);
  closing.abort();
  expect(made[0]?.ended).toBe(true);
});

test.each([
  ["there are no workers", () => vi.stubGlobal("Worker", undefined)],
  ["a worker may not be made", () => vi.stubGlobal("Worker", () => undefined)],
  ["it breaks", () => fakeWorker("breaks")],
  ["it cannot read the text", () => fakeWorker(() => undefined)],
])("where %s, the page's own thread does it", async (_, prepare) => {
  prepare();
  const unpacker = new Unpacker(new AbortController().signal);
  expect([...(await unpacker.bytes(packed))]).toEqual([4, 2, 4]);
});
