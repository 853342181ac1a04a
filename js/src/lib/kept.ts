/** What has come, by name; of more than fits, what was not looked at for longest goes first. */

export class Kept<Part> {
  /** least recently used first */
  readonly #parts = new Map<string, Part>();
  readonly #most: number;
  readonly #sizeOf: (part: Part) => number;
  readonly #drop: (part: Part, name: string) => void;

  /** `drop` hears of each one that goes. */
  constructor(
    most: number,
    sizeOf: (part: Part) => number,
    drop: (part: Part, name: string) => void = () => undefined,
  ) {
    this.#most = most;
    this.#sizeOf = sizeOf;
    this.#drop = drop;
  }

  get(name: string): Part | undefined {
    return this.#parts.get(name);
  }

  /** The one looked at last; it stays, however large it is. */
  keep(name: string, part: Part): void {
    const before = this.#parts.get(name);
    if (before !== undefined && before !== part) this.#drop(before, name);
    this.#parts.delete(name);
    this.#parts.set(name, part);
    let total = [...this.#parts.values()].reduce((sum, each) => sum + this.#sizeOf(each), 0);
    for (const [old, each] of this.#parts) {
      if (total <= this.#most || old === name) break;
      this.#parts.delete(old);
      this.#drop(each, old);
      total -= this.#sizeOf(each);
    }
  }

  clear(): void {
    for (const [name, part] of this.#parts) this.#drop(part, name);
    this.#parts.clear();
  }
}
