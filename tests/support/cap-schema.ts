import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { packageRoot } from '../../server/root.js';

/** What libxml2 says of a document by the OASIS schema of CAP 1.2; undefined where it is valid. `close` frees the schema. */
export function capSchema(): { faultOf: (xml: string | Uint8Array) => string | undefined; close: () => void } {
  const schema = XmlDocument.fromBuffer(readFileSync(join(packageRoot(), 'tests/expectations/cap-1.2/cap12.xsd')));
  const validator = XsdValidator.fromDoc(schema);
  return {
    faultOf: (xml) => {
      const document = XmlDocument.fromBuffer(Buffer.from(xml));
      try {
        validator.validate(document);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      } finally {
        document.dispose();
      }
    },
    close: () => {
      validator.dispose();
      schema.dispose();
    },
  };
}
