/** Every object in a document, at any depth. */
export function eachObject(node: unknown): Record<string, unknown>[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = Array.isArray(node) ? [] : [node as Record<string, unknown>];
  return [...own, ...Object.values(node).flatMap(eachObject)];
}

/** The `$ref`s of a document that lead nowhere in it. */
export function brokenRefs(document: unknown): string[] {
  const refs = eachObject(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
  return [...new Set(refs)].filter((ref) => resolve(document, ref) === undefined);
}

function resolve(document: unknown, ref: string): unknown {
  const steps = ref.replace(/^#\//, '').split('/');
  return steps.reduce<any>(
    (node, step) => node?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
}
