/**
 * Division codes of GB/T 2260 (6 digits) and its 9- and 12-digit extension (township, village), written in the shortest
 * form: "654202000000" is "654202". Containment is by prefix, never by equality.
 */
export const DIVISION_CODE = /^\d{6}(\d{3}(\d{3})?)?$/;

/** The shortest form of a 6-, 9-, 12- or 15-digit code, or undefined if it is none of these. */
export function canonicalDivision(code: string): string | undefined {
  const text = code.trim();
  if (!/^\d{6}(\d{3}){0,3}$/.test(text)) return undefined;
  return text.slice(0, 12).replace(/^(\d{6}|\d{9})(000)+$/, '$1');
}

/** The digits that say where: province 2, prefecture 4, county 6, township 9, village 12. */
export function divisionPrefix(code: string): string {
  const short = canonicalDivision(code) ?? code;
  return short.length === 6 ? short.replace(/(00){1,2}$/, '') : short;
}

/** True where one of the two lies in the other, or they are the same. */
export function divisionsOverlap(a: string, b: string): boolean {
  const [x, y] = [divisionPrefix(a), divisionPrefix(b)];
  return x.startsWith(y) || y.startsWith(x);
}
