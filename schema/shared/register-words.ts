import type { ObjectRef } from '@pothos/core';
import type { RegisterField, RegisterFields } from '../../model/register.js';
import type { RegisterRow } from '../../model/rows.js';
import type { Builder } from '../builder.js';

export type RegisterRef = ObjectRef<Builder['$inferSchemaTypes'], RegisterRow, RegisterRow>;

/** Anything that holds the fields of a description. */
export interface FieldsNode {
  readonly fields: RegisterFields;
}
export type FieldsRef = ObjectRef<Builder['$inferSchemaTypes'], FieldsNode, FieldsNode>;

/** The bilingual description of a field. */
export function sayField(field: RegisterField): string {
  const unit = 'unit' in field && field.unit ? `, ${field.unit}` : '';
  const [en, zh] = field.personal
    ? [' Personal: null for whoever may not see it.', '个人信息，无权时为空。']
    : ['', ''];
  return `${field.en}${unit}.${en} ${field.zh}。${zh}`;
}
