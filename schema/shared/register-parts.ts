import type { RegisterCode, RegisterField, RegisterPart, RegisterValue, SingleField } from '../../model/register.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { sayField } from './register-words.js';

type Parts = RegisterField & { type: 'parts' };

/** The type of one of a field's parts. */
export function addPart(builder: Builder, refs: Refs, { part, parts, en, zh }: Parts) {
  const ref = builder.objectRef<RegisterPart>(part);
  builder.objectType(ref, { description: `${en}: one of them. ${zh}中的一项。` });
  for (const field of parts)
    builder.objectField(ref, field.name, (t) => {
      const options = { nullable: true, description: sayField(field) } as const;
      switch (field.type) {
        case 'number':
          return t.float({ ...options, resolve: (node) => (node[field.name] ?? null) as number | null });
        case 'integer':
          return t.int({ ...options, resolve: (node) => (node[field.name] ?? null) as number | null });
        case 'boolean':
          return t.boolean({ ...options, resolve: (node) => (node[field.name] ?? null) as boolean | null });
        case 'one-of':
          return t.field({
            ...options,
            type: refs.RegisterCode,
            resolve: (node) => codeOf(field, node[field.name] ?? null),
          });
        default:
          return t.string({ ...options, resolve: (node) => (node[field.name] ?? null) as string | null });
      }
    });
  return ref;
}

/** A code that is no longer on the list is still told, by itself. */
export function codeOf(field: SingleField & { type: 'one-of' }, value: RegisterValue | null): RegisterCode | null {
  if (value === null) return null;
  const code = String(value);
  return field.values.find((each) => each.code === code) ?? { code, en: code, zh: code };
}

/** What a person says of one of a field's parts. */
export const addPartInput = (builder: Builder, { part, parts, en, zh }: Parts) =>
  builder.inputType(`${part}Input`, {
    description: `${en}: one of them. ${zh}中的一项。`,
    fields: (t) =>
      Object.fromEntries(
        parts.map((field) => {
          const options = { required: field.required ?? false, description: sayField(field) };
          switch (field.type) {
            case 'number':
              return [field.name, t.float(options)];
            case 'integer':
              return [field.name, t.int(options)];
            case 'boolean':
              return [field.name, t.boolean(options)];
            default:
              return [field.name, t.string(options)];
          }
        }),
      ),
  });
