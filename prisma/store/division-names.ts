import type { DivisionRow } from '../../model/rows.js';

/** "新市区街道办事处" and "塔城路社区居委会" as people shorten them. */
const OFFICE = /(办事处|居民委员会|村民委员会|居委会|村委会)$/;
const plain = (name: string): string => name.normalize('NFKC').replaceAll(/[\s/\\·,，、>-]/g, '');

/** Today's divisions by what people call them. Built once, in time and room a few times the number of divisions. */
export class DivisionNames {
  readonly #codes = new Map<string, Set<string>>();

  constructor(rows: ReadonlyMap<string, DivisionRow>) {
    for (const row of rows.values()) {
      if (row.validTo !== null) continue;
      const above: string[] = [];
      for (let next = up(row, rows); next; next = up(next, rows)) above.push(plain(next.nameZh));
      const own = plain(row.nameZh);
      for (const name of new Set([own, own.replace(OFFICE, '')])) {
        // Each name above alone, and all of them from there downwards.
        const before = above.flatMap((each, at) => [
          each,
          above
            .slice(0, at + 1)
            .reverse()
            .join(''),
        ]);
        for (const each of ['', ...before]) this.#add(each + name, row.code);
      }
    }
  }

  /** In order of their codes. */
  find(name: string): readonly string[] {
    const text = plain(name);
    const found = this.#codes.get(text) ?? this.#codes.get(text.replace(OFFICE, ''));
    return [...(found ?? [])].sort();
  }

  #add(name: string, code: string): void {
    const codes = this.#codes.get(name);
    if (codes) codes.add(code);
    else this.#codes.set(name, new Set([code]));
  }
}

const up = (row: DivisionRow, rows: ReadonlyMap<string, DivisionRow>): DivisionRow | undefined =>
  row.parentCode === null ? undefined : rows.get(row.parentCode);
