import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  registerDecorator,
  ValidateNested,
} from 'class-validator';

import { MayBeAbsent } from './absence.js';
import { Converted } from './converted.js';

/*
 * One decorator per kind of input field: it validates, and documents itself in Swagger and AsyncAPI.
 * A DTO then reads like a table of its fields.
 */

interface FieldOptions {
  description?: string;
  example?: unknown;
  /** May be absent. `null` is a value, not an absence: only `nullable` admits it. */
  optional?: boolean;
  nullable?: boolean;
  /** Required only in some cases, which a `ValidateIf` beside it names. */
  conditional?: boolean;
  default?: unknown;
}

export const OBJECT_ID = /^[0-9a-f]{24}$/;

function documented(options: FieldOptions, schema: Record<string, unknown>): PropertyDecorator {
  const { description, example, nullable } = options;
  const property = {
    ...(description && { description }),
    ...(example !== undefined && { example }),
    ...(nullable && { nullable }),
    ...(options.default !== undefined && { default: options.default }),
    ...schema,
  } as ApiPropertyOptions;
  return applyDecorators(
    options.optional || options.conditional ? ApiPropertyOptional(property) : ApiProperty(property),
    MayBeAbsent({ undefined: options.optional === true, null: nullable === true }),
  );
}

/** Storable text: no NUL (MongoDB keys, C libraries) and no lone surrogates (they would not survive UTF-8). */
function IsCleanText(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isCleanText',
      target: target.constructor,
      propertyName: propertyName as string,
      options: { message: '$property must be well-formed text without NUL characters' },
      validator: {
        validate: (value) => (Array.isArray(value) ? value.every(isCleanText) : isCleanText(value)),
      },
    });
}

const isCleanText = (value: unknown) =>
  typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'));

/** No value twice. class-validator's own `ArrayUnique` compares each with each: seconds for one body of numbers. */
function IsDistinct(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'arrayUnique',
      target: target.constructor,
      propertyName: propertyName as string,
      options: { message: "all $property's elements must be unique" },
      validator: { validate: (value) => !Array.isArray(value) || new Set(value).size === value.length },
    });
}

/** Texts of at least one and at most `length` characters, none blank and no two alike. */
export function TextListField(options: FieldOptions & { min?: number; max: number; length: number }) {
  const { min = 0, max, length } = options;
  return applyDecorators(
    documented(options, {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: length, pattern: '\\S' },
      minItems: min,
      maxItems: max,
      uniqueItems: true,
    }),
    MaxLength(length, { each: true }),
    Matches(/\S/, { each: true, message: 'each value in $property must not be blank' }),
    IsCleanText(),
    IsString({ each: true }),
    IsDistinct(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsArray(),
  );
}

/** Text with a length in characters (code points). `blank: false` refuses text of white space only. */
export function TextField(
  options: FieldOptions & { min?: number; max: number; trim?: boolean; blank?: false },
) {
  const { min = 0, max } = options;
  return applyDecorators(
    documented(options, { type: String, maxLength: max, ...(min && { minLength: min }) }),
    ...(options.trim ? [Converted((value) => (typeof value === 'string' ? value.trim() : value))] : []),
    ...(min ? [MinLength(min)] : []),
    MaxLength(max),
    ...(options.blank === false ? [Matches(/\S/, { message: '$property must not be blank' })] : []),
    IsCleanText(),
    IsString(),
  );
}

/** An id of this server: 24 lower-case hex characters. */
export function IdField(options: FieldOptions = {}) {
  return applyDecorators(
    documented(
      { example: '665f1f77bcf86cd799439011', ...options },
      { type: String, pattern: OBJECT_ID.source },
    ),
    Matches(OBJECT_ID, { message: '$property must be an id: 24 hex characters' }),
    IsString(),
  );
}

export function IdListField(options: FieldOptions & { min?: number; max: number }) {
  const { min = 0, max } = options;
  return applyDecorators(
    documented(
      { example: ['665f1f77bcf86cd799439011'], ...options },
      {
        type: 'array',
        items: { type: 'string', pattern: OBJECT_ID.source },
        minItems: min,
        maxItems: max,
        uniqueItems: true,
      },
    ),
    Matches(OBJECT_ID, { each: true, message: 'each value in $property must be an id: 24 hex characters' }),
    IsString({ each: true }),
    IsDistinct(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsArray(),
  );
}

export function IntField(options: FieldOptions & { min: number; max?: number }) {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  return applyDecorators(
    documented(options, { type: 'integer', minimum: min, ...(options.max && { maximum: max }) }),
    Max(max),
    Min(min),
    IsInt(),
  );
}

/** Any finite number. */
export function NumberField(options: FieldOptions & { min: number; max: number }) {
  const { min, max } = options;
  return applyDecorators(
    documented(options, { type: Number, minimum: min, maximum: max }),
    Max(max),
    Min(min),
    IsNumber(),
  );
}

/** An integer in a query string, where everything arrives as text. */
export function IntQueryField(options: FieldOptions & { min: number; max?: number }) {
  return applyDecorators(
    Converted((value) => (typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value)),
    IntField(options),
  );
}

export function BooleanField(options: FieldOptions = {}) {
  return applyDecorators(documented(options, { type: Boolean }), IsBoolean());
}

export function EnumField(values: readonly string[], options: FieldOptions = {}) {
  return applyDecorators(documented(options, { enum: [...values] }), IsIn([...values]), IsString());
}

/** One of a few whole numbers. */
export function ChoiceField(values: readonly number[], options: FieldOptions = {}) {
  return applyDecorators(
    documented(options, { type: 'integer', enum: [...values] }),
    IsIn([...values]),
    IsInt(),
  );
}

/** A moment as ISO 8601 text. */
export function TimeField(options: FieldOptions = {}) {
  return applyDecorators(
    documented(options, { type: String, format: 'date-time' }),
    IsISO8601({ strict: true, strictSeparator: true }),
  );
}

/** An object with a DTO of its own; `() => Dto` as classes may be declared later in the file. */
export function NestedField(dto: () => new () => object, options: FieldOptions = {}) {
  // Swagger takes a function for a late reference only if it is called `type`, as one written here is.
  return applyDecorators(documented(options, { type: () => dto() }), Type(dto), IsObject(), ValidateNested());
}
