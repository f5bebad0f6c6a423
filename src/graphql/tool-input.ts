import { z } from 'zod';
import { SkeinError } from '../core/errors.ts';
import { LIMITS, requireBytes, requireCharacters, requireCount } from '../core/limits.ts';
import type { ChatTool } from '../models/chat.ts';
import type { InputMaybe, ToolInput } from './generated.ts';

const NAME = /^[\w-]{1,64}$/;
const schemaOfObject = z.record(z.string(), z.unknown());

/** A function without parameters, as JSON Schema has it. */
const NO_PARAMETERS = { type: 'object', properties: {} } as const;

/** @throws SkeinError BAD_USER_INPUT, LIMIT_EXCEEDED */
export function chatTools(tools: InputMaybe<readonly ToolInput[]> | undefined): readonly ChatTool[] {
  requireCount(tools?.length ?? 0, LIMITS.toolCalls, 'input.tools');
  return (tools ?? []).map(({ name, description, parameters }, at) => {
    const path = `input.tools.${String(at)}`;
    if (!NAME.test(name)) {
      throw new SkeinError('BAD_USER_INPUT', `${path}.name must be 1 to 64 letters, digits, \`_\` or \`-\`.`, {
        field: `${path}.name`,
      });
    }
    requireCharacters(description ?? '', LIMITS.toolDescriptionCharacters, `${path}.description`);
    return {
      name,
      ...(description != null && { description }),
      parameters: parameters == null ? NO_PARAMETERS : parseParameters(parameters, `${path}.parameters`),
    };
  });
}

function parseParameters(text: string, field: string): Readonly<Record<string, unknown>> {
  requireBytes(text, LIMITS.instructionsBytes, field);
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Refused below, with everything else that is no object.
  }
  const parsed = schemaOfObject.safeParse(value);
  if (!parsed.success) {
    throw new SkeinError('BAD_USER_INPUT', `${field} must be a JSON Schema of an object, as JSON text.`, { field });
  }
  return parsed.data;
}
