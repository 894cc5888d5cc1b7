/**
 * The entries of one repository, and how a look-up chooses one.
 * See https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching#cache-key-matching
 */

/** What is unique for each entry. */
export interface EntryName {
  name: string;
  version: string;
  scope: string;
}

/** A cache entry, or the reservation of one. */
export interface Entry extends EntryName {
  id: number;
  /** The archive; empty until it was uploaded. */
  blob: Buffer;
  /** A number that counts up. It says when the entry was finalized, or reserved if it is not finalized yet. */
  createdAt: number;
  /** The time of that, in milliseconds since the epoch. */
  createdTime: number;
  /** An entry that is not finalized is not found, but its name is taken. */
  finalized: boolean;
}

/** The entries of one repository. */
export interface Entries {
  /** All, in the order in which they were reserved. */
  list: () => Entry[];
  /**
   * Reserves a name; undefined if it is taken, even by an entry that is not finalized, unless a second entry of the
   * same name is allowed.
   */
  reserve: (name: EntryName, evenTaken?: boolean) => Entry | undefined;
  /** Makes an entry visible, as the newest. */
  finalize: (entry: Entry) => void;
  /**
   * For each scope in turn, and for each key in turn, the entry of exactly that name, else the newest whose name begins
   * with the key. The version is the same, and entries that are not finalized are not found.
   */
  find: (query: {
    scopes: readonly string[];
    keys: readonly string[];
    version: string;
  }) => Entry | undefined;
  /** Removes the entries that have all of these properties. */
  remove: (filter: Partial<EntryName>) => void;
}

/** Makes an empty repository; `now` gives the time in milliseconds since the epoch. */
export function createEntries(now: () => number): Entries {
  let entries: Entry[] = [];
  let lastId = 0;
  let lastCreated = 0;

  const create = (): Pick<Entry, 'createdAt' | 'createdTime'> => {
    lastCreated += 1;
    return { createdAt: lastCreated, createdTime: now() };
  };

  return {
    list: () => [...entries],
    reserve: (name, evenTaken = false) => {
      if (!evenTaken && entries.some((entry) => hasAll(entry, name))) return undefined;
      lastId += 1;
      const { name: key, version, scope } = name;
      const entry: Entry = {
        id: lastId,
        name: key,
        version,
        scope,
        blob: Buffer.alloc(0),
        ...create(),
        finalized: false,
      };
      entries.push(entry);
      return entry;
    },
    finalize: (entry) => {
      Object.assign(entry, create(), { finalized: true });
    },
    find: ({ scopes, keys, version }) => {
      const visible = entries
        .filter((entry) => entry.finalized && entry.version === version)
        .sort((one, other) => other.createdAt - one.createdAt);
      for (const scope of scopes) {
        const candidates = visible.filter((entry) => entry.scope === scope);
        for (const key of keys) {
          const found =
            candidates.find(({ name }) => name === key) ??
            candidates.find(({ name }) => name.startsWith(key));
          if (found !== undefined) return found;
        }
      }
      return undefined;
    },
    remove: (filter) => {
      entries = entries.filter((entry) => !hasAll(entry, filter));
    },
  };
}

function hasAll(entry: EntryName, { name, version, scope }: Partial<EntryName>): boolean {
  return (
    (name === undefined || name === entry.name) &&
    (version === undefined || version === entry.version) &&
    (scope === undefined || scope === entry.scope)
  );
}
