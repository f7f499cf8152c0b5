/** `npm run test:long`: every case and round of what `npm test` tries a part of, to stay short. */
const LONG_RUN = process.env.TESTS_LONG_RUN === '1';

/** All of these in a long run, else each `nth` of them, from index `from` on. */
export const someOf = <T>(all: readonly T[], nth: number, from = 0): readonly T[] =>
  LONG_RUN ? all : all.filter((_, index) => index % nth === from);

/** How often something is done again: `few` times, `many` in a long run. */
export const rounds = (few: number, many: number): number => (LONG_RUN ? many : few);
