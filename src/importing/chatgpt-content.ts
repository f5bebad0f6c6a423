import type { ChatGptContent } from './chatgpt-shape.ts';

/** Media stay behind in the export's own files; a note keeps their place in the text. */
const MEDIA: Readonly<Record<string, string>> = {
  image_asset_pointer: '[image]',
  audio_asset_pointer: '[audio]',
  real_time_user_audio_video_asset_pointer: '[audio]',
  video_container_asset_pointer: '[video]',
};

/**
 * What a message says, as plain text. Kinds of content that are not known give whatever text they carry, or else their
 * name in brackets: nothing vanishes without a trace.
 */
export function contentText(content: ChatGptContent): string {
  const kind = content.content_type ?? 'text';
  const field = (name: string): string => stringOf(content[name]);
  switch (kind) {
    case 'text':
    case 'multimodal_text':
      return joined((content.parts ?? []).map(partText)) || field('text');
    case 'code':
    case 'execution_output':
    case 'tether_browsing_code':
      return field('text');
    case 'tether_quote':
      return joined([field('title'), field('url'), field('text')]);
    case 'tether_browsing_display':
      return joined([field('summary'), field('result')]);
    case 'user_editable_context':
      return joined([field('user_profile'), field('user_instructions')]);
    case 'model_editable_context':
      return field('model_set_context');
    case 'thoughts':
      return joined([...listOf(content['thoughts']).map(thoughtText), ...(content.parts ?? []).map(partText)]);
    case 'reasoning_recap':
      return field('content');
    case 'system_error':
      return joined([field('name'), field('text')]);
    default:
      return (
        joined([field('title'), field('url'), field('text'), field('result'), field('content')]) ||
        joined((content.parts ?? []).map(partText)) ||
        `[${kind}]`
      );
  }
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return '';
  const fields: Readonly<Record<string, unknown>> = { ...part };
  const kind = stringOf(fields['content_type']);
  return MEDIA[kind] ?? (joined([stringOf(fields['text']), stringOf(fields['result'])]) || `[${kind || 'attachment'}]`);
}

function thoughtText(thought: unknown): string {
  if (typeof thought === 'string') return thought;
  if (typeof thought !== 'object' || thought === null) return '';
  const fields: Readonly<Record<string, unknown>> = { ...thought };
  return joined([stringOf(fields['summary']), stringOf(fields['content'])]);
}

function joined(pieces: readonly string[]): string {
  return pieces.filter((piece) => piece !== '').join('\n');
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
