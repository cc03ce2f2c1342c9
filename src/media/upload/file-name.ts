const MAX_NAME = 200;
/** Control characters, and unseen ones such as those that turn text around, by which `exe.txt` can hide what it is. */
const HARMFUL = /[\p{Cc}\p{Cf}]/gu;

/** What a client calls a file, without a path and with nothing in it that misleads; `file` if nothing is left. */
export function cleanFileName(given: string | undefined): string {
  const name = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = name.replace(HARMFUL, '').trim();
  if (clean === '' || /^\.+$/.test(clean)) return 'file';
  const characters = Array.from(clean);
  if (characters.length <= MAX_NAME) return clean;
  const extension = /\.[^.]{1,12}$/.exec(clean)?.[0] ?? '';
  return characters.slice(0, MAX_NAME - extension.length).join('') + extension;
}
