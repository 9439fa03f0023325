/**
 * Deallocators that fit one allocator only, as data. Sources: the manual of each library, at the function's own entry; GLib's g_free is not
 * among them, because g_malloc is the system's malloc since GLib 2.46.
 */

/** Takes only what the library itself allocated. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  SQLite: ['sqlite3_free'],
  SDL: ['SDL_free'],
  DuckDB: ['duckdb_free'],
  GDAL: ['CPLFree', 'VSIFree'],
  FFmpeg: ['av_free'],
  RocksDB: ['rocksdb_free'],
  LevelDB: ['leveldb_free'],
  CPython: ['PyMem_Free', 'PyMem_RawFree', 'PyObject_Free'],
  Xlib: ['XFree'],
  libcurl: ['curl_free'],
  libpq: ['PQfreemem'],
  libgcrypt: ['gcry_free'],
  GPGME: ['gpgme_free'],
  libtiff: ['_TIFFfree'],
  ImageMagick: ['MagickRelinquishMemory'],
  FFTW: ['fftw_free', 'fftwf_free', 'fftwl_free'],
  talloc: ['talloc_free'],
  librados: ['rados_buffer_free'],
  CUDA: ['cudaFree', 'cudaFreeHost'],
  'Core Foundation': ['CFRelease'],
  Windows: ['CoTaskMemFree', 'LocalFree', 'GlobalFree', 'SysFreeString', 'VirtualFree'],
};

const owners = new Map(Object.entries(libraries).flatMap(([library, names]) => names.map((name) => [name, library] as const)));

/** The library whose allocator a deallocator belongs to. */
export const allocatorOf = (deallocator: string): string | undefined => owners.get(deallocator);

/** Whether memory of malloc must not be given to it. */
export const isForeignDeallocator = (name: string): boolean => owners.has(name);

/** Functions that are free() under another name. Source: GLib reference, "Memory Allocation": g_malloc is the system's malloc since 2.46. */
export const isSystemDeallocator = (name: string): boolean => name === 'free' || name === 'g_free';
