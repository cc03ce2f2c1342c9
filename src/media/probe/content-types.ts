/** What sharp writes an image back as; its content stays of the same type. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif';

/** Names of ffmpeg's demuxers: it is told which to use, so that no file can choose one that opens others. */
type Demuxer = 'mov' | 'matroska' | 'ogg' | 'mp3' | 'aac' | 'wav' | 'flac';

export type ContentType =
  | { kind: 'image'; mimeType: string; format: ImageFormat }
  | { kind: 'video'; mimeType: string; demuxer: Demuxer; soundMimeType: string }
  | { kind: 'audio'; mimeType: string; demuxer: Demuxer }
  | { kind: 'file'; mimeType: string };

const image = (format: ImageFormat): ContentType => ({ kind: 'image', mimeType: `image/${format}`, format });
const audio = (mimeType: string, demuxer: Demuxer): ContentType => ({ kind: 'audio', mimeType, demuxer });
/** A container that can hold pictures or, then by its second name, sound alone. */
const video = (mimeType: string, demuxer: Demuxer, soundMimeType: string): ContentType => ({
  kind: 'video',
  mimeType,
  demuxer,
  soundMimeType,
});

/** What is shown as what it is; all else is a `file`. */
const SHOWN: Record<string, ContentType> = {
  'image/jpeg': image('jpeg'),
  'image/png': image('png'),
  'image/apng': image('png'),
  'image/gif': image('gif'),
  'image/webp': image('webp'),
  'image/avif': image('avif'),
  'video/mp4': video('video/mp4', 'mov', 'audio/mp4'),
  'video/x-m4v': video('video/mp4', 'mov', 'audio/mp4'),
  'video/quicktime': video('video/quicktime', 'mov', 'audio/mp4'),
  'video/3gpp': video('video/3gpp', 'mov', 'audio/3gpp'),
  'video/webm': video('video/webm', 'matroska', 'audio/webm'),
  'audio/mpeg': audio('audio/mpeg', 'mp3'),
  'audio/aac': audio('audio/aac', 'aac'),
  'audio/mp4': audio('audio/mp4', 'mov'),
  'audio/x-m4a': audio('audio/mp4', 'mov'),
  'audio/ogg': audio('audio/ogg', 'ogg'),
  'audio/wav': audio('audio/wav', 'wav'),
  'audio/x-wav': audio('audio/wav', 'wav'),
  'audio/flac': audio('audio/flac', 'flac'),
  'audio/x-flac': audio('audio/flac', 'flac'),
};

/** Browsers run what comes in these: never named by our answers. */
const ACTIVE = /html|xml|svg|javascript|ecmascript|css/;

/** What to make of the type that was found in the bytes; `null` where none was. */
export function contentTypeOf(found: string | null): ContentType {
  const mimeType = found?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(SHOWN, mimeType)) return SHOWN[mimeType] as ContentType;
  const isSafe = /^[a-z]+\/[\w.+-]+$/.test(mimeType) && !ACTIVE.test(mimeType);
  return { kind: 'file', mimeType: isSafe ? mimeType : 'application/octet-stream' };
}

/** Types that a browser may show by itself, as they can't hold anything that runs. */
export function isShownInline(mimeType: string): boolean {
  return /^(image|audio|video)\//.test(mimeType) && !ACTIVE.test(mimeType);
}
