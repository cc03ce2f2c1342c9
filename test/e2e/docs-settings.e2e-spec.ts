import { readFileSync } from 'node:fs';

import { getMetadataStorage } from 'class-validator';
import { describe, expect, it } from 'vitest';

import { Environment, validateEnvironment } from '../../src/config/environment.js';

const lines = readFileSync('.env.example', 'utf8').split('\n');
const settings = lines.flatMap((line) => {
  const match = /^#?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
  return match ? [{ name: match[1] as string, value: match[2] as string }] : [];
});

describe('.env.example', () => {
  it('should name every setting, once, and none that does not exist', () => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(Environment, '', true, false);
    const existing = [...new Set(rules.map(({ propertyName }) => propertyName))];

    expect(settings.map(({ name }) => name).toSorted()).toEqual(existing.toSorted());
  });

  it('should show the defaults', () => {
    const shown = Object.fromEntries(settings.map(({ name, value }) => [name, value]));

    expect(validateEnvironment(shown)).toEqual(validateEnvironment({}));
  });

  it('should leave every setting commented out, so that a copy of it changes nothing', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});
