import { DecodeError } from './decode-error.js';
import { isJsonObject, readJson, shownJson } from './json-text.js';

/** One part of a message: its own fields over those said once for the whole. */
export interface JsonPart {
  readonly fields: Readonly<Record<string, unknown>>;
  /** This part alone, as a message of its own. */
  readonly raw: string;
}

/** A part that is no object; the others stand. */
export interface JsonPartFault {
  readonly raw: string;
  readonly message: string;
}

export interface JsonPartsOptions<S extends string> {
  /** The keys under which a message holds each kind of part. */
  readonly sections: Readonly<Record<S, readonly string[]>>;
  /** What a bare object or array is made of. */
  readonly main: NoInfer<S>;
  readonly maxBytes: number;
  readonly maxParts: number;
}

export type JsonParts<S extends string> = Readonly<Record<S, readonly JsonPart[]>> & {
  readonly faults: readonly JsonPartFault[];
};

/**
 * The parts of a pushed message: one object, an array of them, or an object that holds them by kind; what else it holds, objects and
 * arrays aside, counts for each part of the main kind. Throws DecodeError where the whole cannot be trusted.
 */
export function readParts<S extends string>(bytes: Uint8Array, options: JsonPartsOptions<S>): JsonParts<S> {
  const { sections, main, maxBytes, maxParts } = options;
  const value = readJson(bytes, { maxBytes, maxDepth: 10 });
  const names = Object.keys(sections) as S[];
  const found = Object.fromEntries(names.map((name) => [name, [] as JsonPart[]])) as Record<S, JsonPart[]>;
  const faults: JsonPartFault[] = [];
  let count = 0;
  const add = (section: S, part: unknown, common: Readonly<Record<string, unknown>>): void => {
    count += 1;
    if (count > maxParts) throw new DecodeError('too-large', `more than ${maxParts} parts: send them in several`);
    if (isJsonObject(part)) {
      const fields = { ...common, ...part };
      found[section].push({ fields, raw: JSON.stringify(section === main ? fields : { [section]: [fields] }) });
    } else {
      const raw = JSON.stringify({ ...common, [section]: part });
      faults.push({ raw, message: `${shownJson(part)} in ${section} is no object` });
    }
  };
  const all = (section: S, part: unknown, common: Readonly<Record<string, unknown>> = {}): void => {
    for (const each of Array.isArray(part) ? (part as unknown[]) : [part]) add(section, each, common);
  };
  const sectionOf = (key: string): S | undefined => names.find((name) => sections[name].includes(key));
  if (isJsonObject(value) && Object.keys(value).some(sectionOf)) {
    const common = Object.fromEntries(
      Object.entries(value).filter(([key, each]) => !sectionOf(key) && (typeof each !== 'object' || each === null)),
    );
    for (const [key, part] of Object.entries(value)) {
      const section = sectionOf(key);
      // What is said of the whole message is said of its main parts: the rest does not change with the time of sending.
      if (section) all(section, part, section === main ? common : {});
    }
  } else all(main, value);
  return { ...found, faults };
}
