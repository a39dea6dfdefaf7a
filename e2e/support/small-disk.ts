// A disk that is too small, for one command: a copy of a folder on a small file system, in the folder's place.

/**
 * The beginning of a command line that runs the rest of it so. Only that command sees the small disk, and what it writes there
 * is gone after it. Needs the right to mount: as root, or in a user name space of its own.
 * @param size as `mount` takes it: `8m`
 */
export function onSmallDisk(folder: string, size: string): readonly string[] {
  const script = [
    'set -e',
    'folder=$1 size=$2 copy=$(mktemp -d)',
    'shift 2',
    'cp -a "$folder/." "$copy"',
    'mount -t tmpfs -o "size=$size" tmpfs "$folder"',
    'cp -a "$copy/." "$folder"',
    'rm -r "$copy"',
    'exec "$@"',
  ].join('\n');
  // The account stays the same: Wine looks for its server by it.
  const own = process.getuid?.() === 0 ? [] : ['--map-current-user', '--keep-caps'];
  return ['unshare', ...own, '--mount', '/bin/sh', '-c', script, 'sh', folder, size];
}
