import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepInSight, REST_MS } from "../src/explorer/in-sight.ts";

/** A scroller whose upper edge is at 100, in it an output area that never scrolls, in that the view, 1000 pixels tall. */
function notebook(position: string) {
  const box = (top: number, height: number): DOMRect => ({ top, height, bottom: top + height }) as DOMRect;
  let scrolled = 0;
  const div = (): HTMLElement => document.createElement("div");
  const [scroller, output, root, bar] = [div(), div(), div(), div()];
  for (const element of [scroller, output]) element.style.overflowY = "auto";
  bar.style.position = position;
  document.body.append(scroller);
  scroller.append(output);
  output.append(root);
  root.append(bar);
  const shift = (): number => Number(bar.style.transform.match(/-?[\d.]+/)?.[0] ?? 0);
  scroller.getBoundingClientRect = () => box(100, 500);
  output.getBoundingClientRect = () => box(150 - scrolled, 1000);
  root.getBoundingClientRect = () => box(150 - scrolled, 1000);
  bar.getBoundingClientRect = () => box(150 - scrolled + shift(), 40);
  const closing = new AbortController();
  keepInSight(bar, root, closing.signal);
  return {
    bar,
    shift,
    closing,
    scroll(to: number): void {
      scrolled = to;
      scroller.dispatchEvent(new Event("scroll"));
    },
    rest: () => vi.advanceTimersByTime(REST_MS),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

test("a bar that CSS cannot keep in sight is moved there when the scrolling rests, and hidden meanwhile", () => {
  const { bar, shift, scroll, rest } = notebook("sticky");
  scroll(300);
  expect([shift(), bar.hasAttribute("data-adrift")]).toEqual([0, false]);
  rest();
  expect(shift(), "from 150 - 300 to the scroller's edge at 100").toBe(250);
  scroll(400);
  expect(bar.hasAttribute("data-adrift")).toBe(true);
  rest();
  expect([shift(), bar.hasAttribute("data-adrift")]).toEqual([350, false]);
  scroll(0);
  rest();
  expect(bar.style.transform).toBe("");
});

test("it does not leave its view", () => {
  const { shift, scroll, rest } = notebook("sticky");
  scroll(2000);
  rest();
  expect(shift()).toBe(1000 - 40);
});

test("a bar that does not stick in a narrow view is left alone", () => {
  const { shift, scroll, rest } = notebook("static");
  scroll(300);
  rest();
  expect(shift()).toBe(0);
});

test("a closed view moves nothing any more", () => {
  const { shift, scroll, rest, closing } = notebook("sticky");
  scroll(300);
  closing.abort();
  rest();
  scroll(350);
  rest();
  expect(shift()).toBe(0);
});
