import { expect, test } from '@jest/globals';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { buildSchema } from '../schema/index.js';

interface Described {
  readonly where: string;
  readonly text: string;
}

/** Every type, field, argument and enum value of our own, with its description. */
function described(): Described[] {
  const types = Object.values(buildSchema().getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  const say = (where: string, { description }: { description?: string | null | undefined }): Described => ({
    where,
    text: description ?? '',
  });
  return types.flatMap((type) => {
    const own = say(type.name, type);
    if (isEnumType(type)) return [own, ...type.getValues().map((value) => say(`${type.name}.${value.name}`, value))];
    if (isInputObjectType(type))
      return [own, ...Object.values(type.getFields()).map((field) => say(`${type.name}.${field.name}`, field))];
    if (!isObjectType(type) && !isInterfaceType(type)) return [own];
    return [
      own,
      ...Object.values(type.getFields()).flatMap((field) => [
        say(`${type.name}.${field.name}`, field),
        ...field.args.map((arg) => say(`${type.name}.${field.name}(${arg.name})`, arg)),
      ]),
    ];
  });
}

test('everything in the schema is described in English and in Chinese', () => {
  const all = described();
  expect(all.length).toBeGreaterThan(200);
  const bare = all.filter(({ text }) => !(/[A-Za-z]{2}/.test(text) && /[\u4e00-\u9fff]/.test(text)));
  expect(bare.map(({ where }) => where)).toEqual([]);
});
