import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ViewModel } from "../src/lib/afm.ts";
import type { BytesLike } from "../src/lib/bytes.ts";
import { ACK_TIMEOUT_MS, REST_MS, TileSource } from "../src/lib/tiles.ts";
import { MODES, tileBytes } from "./fixture.ts";
import { FakeModel } from "./hosts.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const dataView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function setup(tiles: Record<string, BytesLike>, live: boolean) {
  const heard: string[] = [];
  const model = new FakeModel({});
  const view: ViewModel = {
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    on: (event, listener) => model.on(event, listener),
    save_changes: () => model.save_changes(),
    send: (content) => model.send(content),
  };
  const source = new TileSource(
    view,
    { tiles, live },
    {
      tile: (t) => heard.push(`L${t.layer}H${t.head} ${t.exact ? "exact" : "rounded"}`),
      error: (message) => heard.push(message),
      silence: (embedded) => heard.push(embedded ? "silence" : "silence, and nothing here"),
      heard: () => heard.push("heard"),
    },
    new AbortController().signal,
  );
  /** lets promises settle and `ms` of the clock pass */
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const reply = (kind: string, more: object = {}, buffers: DataView[] = []): void => {
    const request = model.sent.at(-1);
    model.deliver({ kind, id: request?.id, layer: request?.layer, head: request?.head, ...more }, buffers);
  };
  return { heard, model, source, pass, reply };
}

const embedded = { L0H0: dataView(tileBytes(0, 0)), L1H0: dataView(tileBytes(1, 0)) };
test("a head is asked for once, also when the kernel's answer is rounded like ours", async () => {
  const { heard, model, source, pass, reply } = setup(embedded, true);
  source.want(0, 0);
  await pass(REST_MS);
  reply("ack");
  reply("tile", {}, [dataView(tileBytes(0, 0))]);
  await pass(0);
  source.want(1, 0);
  source.want(0, 0);
  await pass(10_000);
  expect(model.sent).toMatchObject([{ layer: 0 }]);
  expect(heard).toEqual(["L0H0 rounded", "L0H0 rounded", "L0H0 rounded"]);
});

const exactTile = (layer: number): DataView[] => [dataView(tileBytes(layer, 0, MODES, false))];

test("a page shows embedded tiles, asks nobody, and says what it does not hold", async () => {
  const { heard, model, source, pass } = setup(embedded, false);
  source.want(0, 0);
  await pass(0);
  source.want(2, 1);
  await pass(10_000);
  expect(heard).toEqual(["L0H0 rounded", "The maps of L2 H1 are not in this page."]);
  expect(model.sent).toEqual([]);
});

test("a live view shows the embedded tile at once and asks for the exact one when the selection rests", async () => {
  const { heard, model, source, pass, reply } = setup(embedded, true);
  source.want(0, 0);
  source.want(1, 0);
  await pass(REST_MS - 1);
  expect(model.sent).toEqual([]);
  await pass(1);
  expect(model.sent).toMatchObject([{ kind: "need", layer: 1, head: 0 }]);
  reply("ack");
  reply("tile", {}, exactTile(1));
  await pass(0);
  expect(heard).toEqual(["L1H0 rounded", "L1H0 exact"]);
  source.want(1, 0);
  await pass(5000);
  expect(model.sent.length).toBe(1);
});

test("no acknowledgement for two seconds means no kernel, and is said once", async () => {
  const { heard, source, pass } = setup(embedded, true);
  source.want(0, 0);
  await pass(REST_MS + ACK_TIMEOUT_MS - 1);
  expect(heard).toEqual(["L0H0 rounded"]);
  await pass(1);
  expect(heard).toEqual(["L0H0 rounded", "silence"]);
  source.want(1, 0);
  await pass(10_000);
  expect(heard).toEqual(["L0H0 rounded", "silence", "L1H0 rounded"]);
});

test("a kernel that was busy is heard when it answers after all", async () => {
  const { heard, model, source, pass, reply } = setup(embedded, true);
  source.want(0, 0);
  await pass(REST_MS + ACK_TIMEOUT_MS);
  reply("ack");
  await pass(60_000);
  reply("tile", {}, exactTile(0));
  await pass(0);
  expect(heard).toEqual(["L0H0 rounded", "silence", "heard", "L0H0 exact"]);
  expect(model.sent.length).toBe(1);
});

test("after an acknowledgement it waits as long as the work takes", async () => {
  const { heard, source, pass, reply } = setup({}, true);
  source.want(0, 0);
  await pass(ACK_TIMEOUT_MS - 1);
  reply("ack");
  await pass(3_600_000);
  expect(heard).toEqual([]);
  reply("tile", {}, exactTile(0));
  await pass(0);
  expect(heard).toEqual(["L0H0 exact"]);
});

test("a failure in Python is told in Python's words, and the next head is asked for", async () => {
  const { heard, model, source, pass, reply } = setup({}, true);
  source.want(0, 0);
  source.want(1, 0);
  reply("ack");
  reply("error", { message: "The GPU has no memory left." });
  await pass(0);
  expect(heard).toEqual(["The GPU has no memory left."]);
  expect(model.sent).toMatchObject([{ layer: 0 }, { layer: 1 }]);
});

test("one request at a time, and only the head wanted last is asked for next", async () => {
  const { heard, model, source, pass, reply } = setup({}, true);
  for (let layer = 0; layer < 3; layer++) source.want(layer, 0);
  expect(model.sent.length).toBe(1);
  reply("ack");
  reply("tile", {}, exactTile(0));
  await pass(0);
  expect(model.sent).toMatchObject([{ layer: 0 }, { layer: 2 }]);
  expect(heard).toEqual([]);
});

test("replies to other views of the same model are not ours", async () => {
  const { heard, model, source, pass } = setup({}, true);
  source.want(0, 0);
  model.deliver({ kind: "tile", id: "someone else", layer: 0, head: 0 }, exactTile(0));
  await pass(0);
  expect(heard).toEqual([]);
});

test("broken bytes are an error in words", async () => {
  const { heard, source, pass } = setup({ L0H0: dataView(new Uint8Array(12)) }, false);
  source.want(0, 0);
  await pass(0);
  expect(heard[0]).toMatch(/^L0 H0 could not be read\. Data of this view must be whole safetensors bytes/);
});

test("a kernel that stays silent leaves one request to listen for, not one for each head", async () => {
  const { model, source, pass } = setup({}, true);
  for (let layer = 0; layer < 12; layer++) {
    source.want(layer, 0);
    await pass(ACK_TIMEOUT_MS);
  }
  expect(model.sent.length).toBe(12);
  expect(source.pending).toBe(1);
});

test("a head that is wanted no more is not asked for", async () => {
  const { model, source, pass, reply } = setup({}, true);
  source.want(0, 0);
  reply("ack");
  reply("tile", {}, exactTile(0));
  await pass(0);
  source.want(1, 0);
  source.want(2, 0);
  source.want(0, 0);
  reply("ack");
  reply("tile", {}, exactTile(1));
  await pass(10_000);
  expect(model.sent.map(({ layer }) => layer)).toEqual([0, 1]);
});

test("a kernel that falls silent again is missed again", async () => {
  const { heard, source, pass, reply } = setup(embedded, true);
  source.want(0, 0);
  await pass(REST_MS + ACK_TIMEOUT_MS);
  reply("ack");
  reply("tile", {}, exactTile(0));
  await pass(0);
  source.want(1, 0);
  await pass(REST_MS + ACK_TIMEOUT_MS);
  expect(heard).toEqual(["L0H0 rounded", "silence", "heard", "L0H0 exact", "L1H0 rounded", "silence"]);
});
