import type { GrantInput } from '../../resolvers/shared/grant.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** What a grant gives, to whom, how much of it and for how long. */
export function addGrantInput(builder: Builder, refs: Refs) {
  const input = builder.inputRef<GrantInput>('GrantInput');
  builder.inputType(input, {
    description: 'What a grant gives. 授权内容。',
    fields: (t) => ({
      feed: t.id({ required: true, description: 'Of which feed of one’s own. 数据源。' }),
      property: t.string({ description: 'Only this property of it, see docs/glossary.md. 仅此要素。' }),
      register: t.field({ type: refs.Register, description: 'Only this register of it. 仅此台账。' }),
      to: t.field({
        type: refs.DepartmentCode,
        description: 'Which department is to see it; this or `toPeer`. 被授权部门，与 toPeer 二选一。',
      }),
      toPeer: t.string({
        description:
          'Which platform of another tier is to see it, by its name in the settings. 被授权的其他层级平台（设置中的名称）。',
      }),
      positionToTownship: t.boolean({ description: 'Nothing finer than the township. 位置仅到乡镇。' }),
      valueToGrade: t.boolean({
        description: 'Grades in place of values; what has no grade is not shown. 数值仅给等级，无等级者不显示。',
      }),
      hideNames: t.boolean({ description: 'No persons. 隐去人员信息。' }),
      reason: t.string({ required: true, description: 'What for, at most 500 characters. 用途。' }),
      validFrom: t.field({ type: 'DateTime', description: 'Now if not given. 起始，默认现在。' }),
      validUntil: t.field({ type: 'DateTime', description: 'Until revoked if not given. 截止，默认直至撤销。' }),
    }),
  });
  return input;
}
