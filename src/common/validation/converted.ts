import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';

type Convert = (value: unknown) => unknown;

const conversions = new WeakMap<object, Map<string, Convert>>();

/** What a field is turned into before it is judged; the short way of hot payloads knows of it too. */
export function Converted(convert: Convert): PropertyDecorator {
  const note: PropertyDecorator = ({ constructor }, name) => {
    let ofDto = conversions.get(constructor);
    if (!ofDto) conversions.set(constructor, (ofDto = new Map()));
    ofDto.set(String(name), convert);
  };
  return applyDecorators(
    Transform(({ value }) => convert(value)),
    note,
  );
}

/** Also of a field that a DTO has from the one that it extends. */
export function conversionOf(dto: object, name: string): Convert | null {
  for (let type: object | null = dto; type; type = Object.getPrototypeOf(type) as object | null) {
    const convert = conversions.get(type)?.get(name);
    if (convert) return convert;
  }
  return null;
}
