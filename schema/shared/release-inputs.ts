import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import type { ReleaseEnums } from './release-enums.js';

/** What the mutations of releasing take. */
export function createReleaseInputs(builder: Builder, refs: Refs, enums: ReleaseEnums) {
  const Text = builder.inputType('WarningTextInput', {
    description: 'A warning in one language. 一种语言的文本。',
    fields: (t) => ({
      language: t.string({ required: true, description: 'BCP 47: zh-CN, ug, kk, en …. 语言。' }),
      headline: t.string({ required: true, description: 'One line, at most 100 characters. 标题。' }),
      description: t.string({ required: true, description: 'At most 2000 characters. 正文。' }),
      instruction: t.string({ description: 'What to do, at most 2000 characters. 防御指南。' }),
      hazard: t.string({ description: "The hazard's name, where the code list has none in this language. 灾种名称。" }),
    }),
  });
  const Audience = builder.inputType('WarningAudienceInput', {
    description: 'A group within a division and all beneath it. 某区划内的一类对象。',
    fields: (t) => ({
      group: t.field({ type: enums.Group, required: true, description: 'Who. 对象。' }),
      division: t.string({ required: true, description: 'Where, by its code. 区划代码。' }),
    }),
  });
  const key = {
    required: true,
    description:
      "The caller's own key of this call, at most 100 characters; sent again it does nothing twice. 幂等键。",
  } as const;
  const content = (t: Parameters<NonNullable<Parameters<Builder['inputType']>[1]['fields']>>[0]) => ({
    idempotencyKey: t.string(key),
    draft: t.id({ description: 'Writes this draft anew, or what was returned. 修改此草稿或退回稿。' }),
    level: t.field({ type: refs.WarningLevel, required: true, description: 'Its colour. 等级。' }),
    effectiveAt: t.field({
      type: 'DateTime',
      description: 'From when it holds; from its release if not given. 生效时间。',
    }),
    onsetAt: t.field({ type: 'DateTime', description: 'When the event is expected. 预计发生时间。' }),
    expiresAt: t.field({ type: 'DateTime', required: true, description: 'When it ends by itself. 失效时间。' }),
    texts: t.field({
      type: [Text],
      required: true,
      description: 'One a language, one of them zh-CN. 文本，须含中文。',
    }),
    divisions: t.stringList({ required: true, description: 'Where, by codes. 区划代码。' }),
    audiences: t.field({ type: [Audience], description: 'Whom it is meant for, beside the public. 预警对象。' }),
  });
  const act = (t: Parameters<NonNullable<Parameters<Builder['inputType']>[1]['fields']>>[0], description: string) => ({
    idempotencyKey: t.string(key),
    id: t.id({ required: true, description }),
  });
  const Bypass = builder.inputType('BypassInput', {
    description: 'Out at once, without the consents that are missing. 应急直发。',
    fields: (t) => ({
      reason: t.string({ required: true, description: 'Why, 4 to 500 characters. 理由。' }),
    }),
  });
  const RELEASE = "A release's id: the draft's identifier, or what cancelWarning gave. 待发布项标识。";
  return {
    Draft: builder.inputType('DraftWarningInput', {
      description: 'A new warning. 新预警。',
      fields: (t) => ({
        ...content(t),
        hazardCode: t.string({
          required: true,
          description: "One of the department's hazards, e.g. 11B03. 灾种代码。",
        }),
        status: t.field({
          type: refs.WarningStatus,
          required: true,
          description: 'Said once and never changed. 真实性，一经确定不可更改。',
        }),
      }),
    }),
    Update: builder.inputType('UpdateWarningInput', {
      description: 'What is to replace a warning; hazard and status stay. 更新内容，灾种和真实性不变。',
      fields: (t) => ({
        ...content(t),
        id: t.id({ required: true, description: 'The warning in force. 生效中的预警。' }),
      }),
    }),
    Act: builder.inputType('SubmitWarningInput', {
      description: 'Which draft is ready. 提交对象。',
      fields: (t) => act(t, RELEASE),
    }),
    Reasoned: builder.inputType('WarningReasonInput', {
      description: 'Which, and why. 对象及理由。',
      fields: (t) => ({
        ...act(t, "To return: a release's id. To cancel: the warning's. 退回填待发布项标识，解除填预警标识。"),
        reason: t.string({ required: true, description: 'At most 500 characters. 理由。' }),
      }),
    }),
    Release: builder.inputType('ReleaseWarningInput', {
      description: 'What the caller consents to. 签发对象。',
      fields: (t) => ({
        ...act(t, RELEASE),
        version: t.int({ description: 'The version that the caller has read; another is refused. 已阅版本。' }),
        bypass: t.field({ type: Bypass, description: 'Only in an emergency. 仅限应急。' }),
      }),
    }),
    Review: builder.inputType('ReviewBypassInput', {
      description: 'What a review says. 复核意见。',
      fields: (t) => ({
        ...act(t, RELEASE),
        verdict: t.field({ type: enums.Verdict, required: true, description: 'Whether it was right. 结论。' }),
        note: t.string({ required: true, description: 'At most 500 characters. 意见。' }),
      }),
    }),
  };
}
