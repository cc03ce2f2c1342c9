import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, registerDecorator, ValidateIf } from 'class-validator';

/** Built at run time: the `v` flag is newer than the language level that we compile to. */
const ONE_EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');
const EMOJI_PRESENTATION = '\uFE0F';

/** The longest sequences (families, flags of regions) stay far below; bounds what the expression reads. */
const MAX_UNITS = 40;

/**
 * Exactly one emoji, in the form in which it is stored and compared, or `null`. Keyboards that leave out
 * the presentation selector (`❤` for `❤️`) mean the same one.
 */
export function toEmoji(text: string): string | null {
  if (text.length > MAX_UNITS) return null;
  if (ONE_EMOJI.test(text)) return text;
  const presented = text + EMOJI_PRESENTATION;
  return ONE_EMOJI.test(presented) ? presented : null;
}

/** A field that holds one emoji; with `nullable` or `null`, which says none. */
export function EmojiField({ nullable = false } = {}) {
  const description = nullable ? 'One emoji; `null` for none' : 'One emoji';
  return applyDecorators(
    ApiProperty({ type: String, example: '❤️', description, ...(nullable && { nullable }) }),
    ValidateIf((_object, value) => !(nullable && value === null)),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (toEmoji(value) ?? value) : value,
    ),
    IsString(),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'isEmoji',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { message: '$property must be one emoji' },
        validator: { validate: (value) => typeof value !== 'string' || toEmoji(value) !== null },
      }),
  );
}
