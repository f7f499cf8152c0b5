import type { Role, Scope } from '../../model/access.js';
import { newApiKey } from '../../model/api-key.js';
import type { DepartmentCode } from '../../model/department.js';
import { openDatabase } from '../../prisma/database.js';
import { insertApiKey } from '../../prisma/store/write-access.js';

export interface KeySketch {
  readonly department?: DepartmentCode | null;
  readonly roles?: readonly Role[];
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: Date;
}

/** Puts keys into a hub's database; each as its bearer sends it. A reader of the hub's staff unless told otherwise. */
export async function makeKeys(databaseUrl: string, ...sketches: readonly KeySketch[]): Promise<string[]> {
  const db = openDatabase({ url: databaseUrl });
  try {
    return await Promise.all(
      sketches.map(async ({ department = null, roles = ['READER'], scopes = [], expiresAt = FAR }) => {
        const { id, text, hash } = newApiKey();
        await insertApiKey(db.write, {
          id,
          hash,
          name: 'a key of the tests',
          department,
          roles: [...roles],
          scopes: [...scopes],
          createdAt: new Date(),
          createdBy: 'tests',
          expiresAt,
        });
        return text;
      }),
    );
  } finally {
    await db.close();
  }
}

const FAR = new Date('2099-01-01T00:00:00Z');
