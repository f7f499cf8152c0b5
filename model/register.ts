/** A value of a list, written as its code, its Chinese or its English name. */
export interface RegisterCode {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** Taken from practice; the standard's own text was not seen. */
  readonly unverified?: true;
}

/** What people read: the name in both languages (the Chinese one heads the column) and an example. */
export interface Label {
  readonly en: string;
  readonly zh: string;
  readonly example: string;
}

interface FieldBase extends Label {
  /** camelCase; a number's unit stands last ("levelMetres"). */
  readonly name: string;
  readonly required?: true;
  /** Other names of the column in departments' own tables, beside the Chinese one. */
  readonly aliases?: readonly string[];
  /** Personal data: shown only to those who may see it. */
  readonly personal?: true;
  /** Tells who a person is without being personal data, as every "…Name" does: left out where a grant hides names. */
  readonly ofPerson?: true;
  /** Another field of the same type that this one may not be less, or earlier, than. */
  readonly atLeast?: string;
}

/** A field of one value. */
export type SingleField =
  | (FieldBase & { readonly type: 'text'; readonly maxLength?: number; readonly phone?: true })
  | (FieldBase & {
      readonly type: 'number' | 'integer';
      readonly unit?: string;
      readonly min?: number;
      readonly max?: number;
    })
  | (FieldBase & { readonly type: 'boolean' | 'date' | 'date-time' })
  /** `nested`: asked for by a code, all that begin with it are meant. */
  | (FieldBase & { readonly type: 'one-of'; readonly values: readonly RegisterCode[]; readonly nested?: true });

export type RegisterField =
  | SingleField
  | (FieldBase & { readonly type: 'texts' })
  /** A list of small things without codes of their own. `part`: their GraphQL type. In a cell: "a|b|c; d|e|f", in the order of `parts`. */
  | (FieldBase & { readonly type: 'parts'; readonly part: string; readonly parts: readonly SingleField[] })
  /** `noun`: what it refers to, by code. `back`: the field of that noun which lists what refers to it. */
  | (FieldBase & {
      readonly type: 'reference';
      readonly noun: string;
      readonly back?: { readonly name: string; readonly en: string; readonly zh: string };
    });

/** One kind of thing that a department keeps a list of. All else (checks, columns, templates, queries, mutations) follows from it. */
export interface RegisterNoun {
  /** kebab-case, e.g. "supply-depot". */
  readonly noun: string;
  /** The Chinese name of its sheet in a workbook of several registers, where that is shorter than `zh`. */
  readonly sheet?: string;
  /** The GraphQL type, e.g. "SupplyDepot"; the single query field is the same in camelCase. */
  readonly type: string;
  /** The query field that lists them, e.g. "supplyDepots". */
  readonly plural: string;
  /** "<department>/<feed>": where entries saved by hand belong, beside those that the feed itself brings. */
  readonly feed: string;
  readonly en: string;
  readonly zh: string;
  readonly code: Label;
  readonly name: Label;
  /** point: a longitude and latitude, and a division; division: a division alone; none: neither. */
  readonly place: 'point' | 'division' | 'none';
  /** Its entries are people, or may be: their names are left out where a grant hides names. */
  readonly ofPeople?: true;
  readonly fields: readonly RegisterField[];
  /** The date-time fields between which an entry holds, the second no longer: entries can be asked for by a moment. */
  readonly during?: { readonly from: string; readonly to: string };
  /** What the hub reckons of an entry whenever it is stored, kept beside what is said and never taken from outside. */
  readonly derived?: {
    readonly fields: readonly RegisterField[];
    /** All of `fields`, from an entry's checked ones: null where something is missing. Must not throw. */
    readonly reckon: (said: RegisterFields) => RegisterFields;
  };
}

/** What a field holds once checked: dates "YYYY-MM-DD", instants RFC 3339 in UTC, one-of and reference by code. */
export type RegisterValue = SingleValue | readonly string[] | readonly RegisterPart[];
export type SingleValue = string | number | boolean;
/** One of a list of parts, by the names of its fields; absent and null both mean nothing. */
export type RegisterPart = Readonly<Record<string, SingleValue | null>>;

/** Fields by name. Null: said to be empty. Absent: not spoken of. */
export type RegisterFields = Readonly<Record<string, RegisterValue | null>>;
