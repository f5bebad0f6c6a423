import { SkeinError } from '../core/errors.ts';

/** What a file holds: Skein's JSON Lines, or ChatGPT conversations, in an array or one after the other. */
export type FileFormat = 'skein-lines' | 'chatgpt-array' | 'chatgpt-sequence';

/** How much of a file's beginning `recognise` needs to see. */
export const HEAD_BYTES = 1024 * 1024;

const EXPECTED =
  'skein import reads Skein JSON Lines (one thread or message a line) and conversations.json of a ChatGPT export.';

const BINARIES: readonly { readonly start: Buffer; readonly advice: string }[] = [
  {
    start: Buffer.from('PK\x03\x04', 'latin1'),
    advice: 'is a zip archive. Unpack it and give the conversations.json inside it.',
  },
  {
    start: Buffer.from([0x1f, 0x8b]),
    advice: 'is compressed with gzip. Unpack it (gunzip) and give the file inside it.',
  },
  {
    start: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    advice: 'is compressed with zstd. Unpack it and give the file inside it.',
  },
  { start: Buffer.from('SQLite format 3\0', 'latin1'), advice: `is an SQLite database. ${EXPECTED}` },
  { start: Buffer.from('%PDF', 'latin1'), advice: `is a PDF. ${EXPECTED}` },
  { start: Buffer.from([0xff, 0xfe]), advice: 'is UTF-16 text. Save it as UTF-8.' },
  { start: Buffer.from([0xfe, 0xff]), advice: 'is UTF-16 text. Save it as UTF-8.' },
];

/**
 * Tells a file's format from its content: its name is not looked at.
 *
 * @param head the file's first bytes, at least HEAD_BYTES of them where it has that many
 * @param file the name to put in the error
 * @throws SkeinError BAD_USER_INPUT, saying what the file seems to be, when it is of neither format
 */
export function recognise(head: Buffer, file: string): FileFormat {
  const refuse = (advice: string): never => {
    throw new SkeinError('BAD_USER_INPUT', `${file} ${advice}`);
  };
  const binary = BINARIES.find(({ start }) => head.subarray(0, start.length).equals(start));
  if (binary !== undefined) return refuse(binary.advice);
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return refuse(`is empty. ${EXPECTED}`);
  if (text.includes('\0')) return refuse(`is not text. ${EXPECTED}`);
  const first = text.trimStart().charAt(0);
  if (first === '[') return recogniseArray(text, refuse);
  if (text.split('\n', FIRST_LINES).some(isSkeinLine)) return 'skein-lines';
  if (first === '{') {
    if (CONVERSATION.test(text)) return 'chatgpt-sequence';
    return refuse(
      `is JSON, but its first object is neither a Skein record nor a ChatGPT conversation${fieldsOf(text)}. ${EXPECTED}`,
    );
  }
  if (first === '<') return refuse(`is HTML or XML. ${chatHtml(text)}${EXPECTED}`);
  const [firstLine = ''] = text.split('\n', 1);
  if (/[,;\t]/.test(firstLine)) return refuse(`looks like CSV or plain text. ${EXPECTED}`);
  return refuse(`is not JSON. ${EXPECTED}`);
}

/** A few, so that a broken first line is reported as a bad record and does not hide what the file is. */
const FIRST_LINES = 20;
const CONVERSATION = /"(?:mapping|current_node)"\s*:/;

function isSkeinLine(line: string): boolean {
  return /^\s*\{/.test(line) && /"type"\s*:\s*"(?:thread|message)"/.test(line);
}

function recogniseArray(text: string, refuse: (advice: string) => never): FileFormat {
  if (CONVERSATION.test(text) || /^\s*\[\s*\]\s*$/.test(text)) return 'chatgpt-array';
  if (/"type"\s*:\s*"(?:thread|message)"/.test(text)) {
    return refuse(
      'is a JSON array of Skein records. Write one record a line, without the brackets and commas around them.',
    );
  }
  if (/"chat_messages"\s*:/.test(text)) return refuse(`looks like a Claude export, which is not read yet. ${EXPECTED}`);
  return refuse(`is a JSON array, but not of ChatGPT conversations${fieldsOf(text)}. ${EXPECTED}`);
}

function chatHtml(text: string): string {
  return /chatgpt/i.test(text)
    ? 'Beside the chat.html of a ChatGPT export lies its conversations.json: give that. '
    : '';
}

function fieldsOf(text: string): string {
  const names = Array.from(text.slice(0, 10_000).matchAll(/"([^"\\]{1,40})"\s*:/g), ([, name = '']) => `"${name}"`);
  return names.length === 0 ? '' : ` (its fields: ${Array.from(new Set(names)).slice(0, 5).join(', ')})`;
}
