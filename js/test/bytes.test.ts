import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isMissing, toBytes } from "../src/lib/bytes.ts";
import { parseSafetensors, Rows, tensorOf } from "../src/lib/safetensors.ts";
import { exact, quantised, safetensors, wave } from "./fixture.ts";

const plain = Uint8Array.of(1, 2, 250, 0, 7);
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

test("bytes come in every form that hosts use", async () => {
  const shifted = new Uint8Array([9, ...plain, 9]).buffer;
  const forms = [
    plain,
    plain.buffer,
    new DataView(shifted, 1, plain.length),
    base64(plain),
    { base64: base64(plain) },
    { base64: base64(gzipSync(plain)), gzip: true },
  ];
  for (const form of forms) expect([...(await toBytes(form))]).toEqual([...plain]);
});

test("bytes that gzip cannot read are an error, told once", async () => {
  const cut = gzipSync(new Uint8Array(1000).map((_, i) => (i * i) % 251)).subarray(0, 100);
  for (const broken of [plain, cut]) {
    await expect(toBytes({ base64: base64(broken), gzip: true })).rejects.toThrow();
  }
});

test("null and {} mean missing, and are not decoded", async () => {
  for (const nothing of [null, undefined, {}, "", new DataView(new ArrayBuffer(0))]) {
    expect(isMissing(nothing)).toBe(true);
  }
  for (const something of [plain, plain.buffer, { base64: "" }]) expect(isMissing(something)).toBe(false);
  await expect(toBytes({})).rejects.toThrow("nothing that holds bytes");
});

test("tensors are read where they lie, aligned or not", () => {
  const numbers = [0.5, -2, 3e7];
  const entries = { x: exact([3], numbers), i: { dtype: "I16", shape: [2], data: [-5, 700] } } as const;
  for (const pad of [0, 1, 2, 3]) {
    const bytes = safetensors(entries, pad);
    const inside = new Uint8Array(bytes.length + 3);
    inside.set(bytes, 3);
    for (const form of [bytes, inside.subarray(3)]) {
      const tensors = parseSafetensors(form);
      expect([...tensorOf(tensors, "x").data]).toEqual(numbers);
      expect([...tensorOf(tensors, "i").data]).toEqual([-5, 700]);
    }
  }
});

test("broken containers are refused in words", () => {
  const whole = safetensors({ x: exact([3], [1, 2, 3]) });
  expect(() => parseSafetensors(whole.subarray(0, 4))).toThrow("it has 4 bytes");
  expect(() => parseSafetensors(whole.subarray(0, 20))).toThrow("its header is longer than itself");
  expect(() => parseSafetensors(whole.subarray(0, whole.length - 1))).toThrow(
    'tensor "x" ends after the last byte',
  );
  const scrambled = whole.slice().fill(33, 8, 12);
  expect(() => parseSafetensors(scrambled)).toThrow("its header is not readable");
  expect(() => tensorOf(parseSafetensors(whole), "y")).toThrow('tensor "y" is not in it');
});

test.each([
  ["U8", 0, 1],
  ["U16", 0, 1],
  // Far from zero, float32 itself is coarser than half a step.
  ["U8", 1000, 0.01],
  ["U16", -3000, 1],
] as const)("no %s value around %d is off by more than its bound", (dtype, middle, size) => {
  const values = wave(6 * 50, 4).map((x) => middle + size * x);
  const rows = new Rows(parseSafetensors(safetensors(quantised("x", [2, 3, 50], values, dtype))), "x");
  expect(rows.exact).toBe(false);
  for (let r = 0; r < 6; r++) {
    const row = rows.row(r);
    expect(rows.bound(r)).toBeGreaterThan(0);
    for (let i = 0; i < 50; i++) {
      const truth = values[r * 50 + i] as number;
      for (const value of [row[i] as number, rows.at(r, i)])
        expect(Math.abs(value - truth)).toBeLessThanOrEqual(rows.bound(r));
    }
  }
});

test("16 bits that Python made 8 stay inside the bound of 8", () => {
  const values = wave(6 * 50, 4);
  const entries = quantised("x", [6, 50], values, "U16");
  const {
    x,
    "x.lo": lo,
    "x.step": step,
  } = entries as Record<"x" | "x.lo" | "x.step", (typeof entries)[string]>;
  const coarser = {
    x: { ...x, dtype: "U8" as const, data: Uint8Array.from(x.data, (q) => Math.round(q / 257)) },
    "x.lo": lo,
    "x.step": { ...step, data: Float32Array.from(step.data, (old) => 257 * old) },
  };
  const rows = new Rows(parseSafetensors(safetensors(coarser)), "x");
  for (let r = 0; r < 6; r++) {
    expect(rows.bound(r)).toBeLessThan(0.51 * (step.data[r] as number) * 257);
    for (let i = 0; i < 50; i++)
      expect(Math.abs(rows.at(r, i) - (values[r * 50 + i] as number))).toBeLessThanOrEqual(rows.bound(r));
  }
});

test("float tensors are exact and carry no bound", () => {
  const rows = new Rows(parseSafetensors(safetensors({ x: exact([2, 2], [1, 2, 3, 4]) })), "x");
  expect(rows.exact).toBe(true);
  expect([...rows.row(1)]).toEqual([3, 4]);
  expect(rows.bound(1)).toBe(0);
});

test("a row of one value is exact", () => {
  const bytes = safetensors(quantised("x", [1, 3], Float32Array.of(7.7, 7.7, 7.7), "U8"));
  const rows = new Rows(parseSafetensors(bytes), "x");
  expect(rows.bound(0)).toBe(0);
  expect([...rows.row(0)]).toEqual([...new Float32Array(3).fill(7.7)]);
});
