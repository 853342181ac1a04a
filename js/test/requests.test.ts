import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ViewModel } from "../src/lib/afm.ts";
import { ACK_TIMEOUT_MS, Requests } from "../src/lib/requests.ts";
import { FakeModel } from "./hosts.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
  const heard: unknown[] = [];
  const model = new FakeModel({});
  const closing = new AbortController();
  const view: ViewModel = {
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    on: (event, listener) => model.on(event, listener),
    save_changes: () => undefined,
    send: (content) => model.send(content),
  };
  const requests = new Requests<{ layer: number }>(
    view,
    {
      answer: ({ layer }, buffers) => heard.push([layer, buffers.length]),
      error: (message) => heard.push(message),
      silence: () => heard.push("silence"),
      heard: () => heard.push("heard"),
    },
    closing.signal,
  );
  const reply = (kind: string, request = model.sent.at(-1)): void =>
    model.deliver({ kind, id: request?.id, message: "no" }, [new DataView(new ArrayBuffer(1))]);
  return { heard, model, requests, reply, closing, asked: () => model.sent.map(({ layer }) => layer) };
}

test("what is under way is not asked for again", () => {
  const { heard, requests, reply, asked } = setup();
  for (const layer of [0, 1, 0]) requests.ask({ layer });
  reply("ack");
  reply("tile");
  expect(asked()).toEqual([0]);
  expect(heard).toEqual([[0, 1]]);
  requests.ask({ layer: 0 });
  expect(asked()).toEqual([0, 0]);
});

test("what waits is asked for even where the one before was given up, and not where it is wanted no more", () => {
  const { heard, requests, asked } = setup();
  for (const layer of [0, 1, 2]) requests.ask({ layer });
  vi.advanceTimersByTime(ACK_TIMEOUT_MS);
  expect(asked()).toEqual([0, 2]);
  requests.ask({ layer: 3 });
  requests.forget();
  vi.advanceTimersByTime(ACK_TIMEOUT_MS);
  expect(asked()).toEqual([0, 2]);
  expect(heard).toEqual(["silence", "silence"]);
});

test("a late answer counts, an answer after the end does not", () => {
  const { heard, model, requests, reply, closing } = setup();
  requests.ask({ layer: 0 });
  vi.advanceTimersByTime(ACK_TIMEOUT_MS);
  expect(requests.pending).toBe(1);
  reply("ack");
  reply("error");
  expect(heard).toEqual(["silence", "heard", "no"]);
  requests.ask({ layer: 1 });
  const last = model.sent.at(-1);
  closing.abort();
  reply("tile", last);
  expect(requests.pending).toBe(0);
  expect(heard).toHaveLength(3);
});
