import type { CodegenConfig } from '@graphql-codegen/cli';

const preset = {
  preset: 'client' as const,
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string' as const,
    useTypeImports: true,
    enumsAsTypes: true,
    scalars: { ID: 'string', DateTime: 'string', GeoJSON: 'unknown', Cursor: 'string' },
  },
};

/** Types operations from the committed schema alone: those that tests are written with, and those of the departments' client. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  emitLegacyCommonJSImports: false,
  silent: true,
  generates: {
    'tests/generated/': { ...preset, documents: ['tests/**/*.test.ts'] },
    'client/src/generated/': { ...preset, documents: ['client/documents/*.graphql'] },
  },
};

export default config;
