/** Maps the client's URIs to the host's file ids and back; the only place that knows how either is spelled. */
import type { FileId } from '../project/host.ts';

/** What the client calls a document's language, with the file name ending that makes the project see it so. */
const endings: Readonly<Record<string, string>> = { go: '.go', c: '.c', cpp: '.cc', 'objective-c': '.m' };

/** Two letters at least, so that the drive of `c:/dir` is no scheme. */
const scheme = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/**
 * The file id of a URI: a path with forward slashes for `file:`, the URI itself for every other scheme. A document without a folder
 * (`untitled:Untitled-1`) gets one of its own, so that two of them never become one Go package, and a name that tells its language.
 */
export function fileIdOf(uri: string, languageId?: string): FileId {
  if (uri.startsWith('file:')) return pathOf(uri.slice('file:'.length));
  if (uri.includes('/')) return uri;
  const name = uri.slice(uri.indexOf(':') + 1);
  const ending = (languageId !== undefined && endings[languageId]) || '';
  return `${uri}/${name.endsWith(ending) ? name : name + ending}`;
}

/** The URI of a file that no document is open for. */
export function uriOf(file: FileId): string {
  if (scheme.test(file)) return file;
  const path = file.split('/').map(encodeSegment).join('/');
  if (path.startsWith('//')) return `file:${path}`;
  return `file://${path.startsWith('/') ? '' : '/'}${path}`;
}

/** The path in `//authority/path` or `/path`: decoded, a drive letter in lower case, a server name kept (`//server/share`). */
function pathOf(rest: string): string {
  const withoutAuthority = rest.startsWith('///') ? rest.slice(2) : rest;
  const path = decode(withoutAuthority);
  const local = path.replace(/^\/\/localhost(?=\/)/i, '');
  return local.replace(/^\/([A-Za-z]):/, (_, drive: string) => `${drive.toLowerCase()}:`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is no escape; such a name is taken as it is written.
    return text;
  }
}

const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
