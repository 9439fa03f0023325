/** C functions with `...` in their prototype, for headers that are not in view. Sources: POSIX.1-2024; the headers of GLib 2.80, libcurl 8 and SQLite 3.45. */

const posix =
  'printf fprintf dprintf sprintf snprintf asprintf wprintf fwprintf swprintf scanf fscanf sscanf wscanf fwscanf swscanf open openat fcntl ioctl syslog execl execle execlp semctl mq_open sem_open ulimit syscall prctl err errx warn warnx error setproctitle makecontext';
const glib =
  'g_print g_printerr g_log g_snprintf g_strdup_printf g_strconcat g_strjoin g_build_filename g_build_path g_error_new g_set_error g_prefix_error g_string_printf g_string_append_printf g_object_new g_object_get g_object_set g_signal_emit g_signal_emit_by_name g_variant_new g_variant_get g_markup_printf_escaped';
const others = 'curl_easy_setopt curl_easy_getinfo curl_multi_setopt curl_share_setopt sqlite3_config sqlite3_db_config sqlite3_mprintf sqlite3_snprintf sqlite3_log sqlite3_vtab_config';

const names = new Set([posix, glib, others].flatMap((list) => list.split(' ')));

/** Whether the library function of this name takes a variable number of arguments. */
export const isVariadic = (name: string): boolean => names.has(name);
