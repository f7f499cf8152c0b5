import DataLoader from 'dataloader';

/** One value a key. */
export function one<K, V>(
  read: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (value: V) => K,
): DataLoader<K, V | undefined> {
  return new DataLoader(async (keys) => {
    const found = new Map((await read(keys)).map((value) => [keyOf(value), value]));
    return keys.map((key) => found.get(key));
  });
}

/** Any number of values a key, in the order read. */
export function many<K, V>(
  read: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (value: V) => K,
): DataLoader<K, readonly V[]> {
  return new DataLoader(async (keys) => {
    const groups = new Map<K, V[]>(keys.map((key) => [key, []]));
    for (const value of await read(keys)) groups.get(keyOf(value))?.push(value);
    return keys.map((key) => groups.get(key) ?? []);
  });
}

/** For rows that say by `place` which of the keys they answer. */
export function placed<K, V extends { readonly place: number }>(
  read: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (key: K) => string,
): DataLoader<K, readonly Omit<V, 'place'>[], string> {
  return new DataLoader(
    async (keys) => {
      const groups: Omit<V, 'place'>[][] = keys.map(() => []);
      for (const { place, ...row } of await read(keys)) groups[place]?.push(row);
      return groups;
    },
    { cacheKeyFn: keyOf },
  );
}
