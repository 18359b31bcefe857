/**
 * Run by sh(1) as root in a mount namespace of its own: binds files and folders to names in /tmp that are their numbers,
 * from 0, and becomes the program that it is given. So whoever that program is sees them, though the folders that they
 * are in let nobody pass; what is in /tmp else, nobody needs from here on. Arguments: an empty folder to begin in, how
 * many files, the files, the program's.
 */
export const reachScript: string = `
stage=$1 files=$2 number=0; shift 2
mount -t tmpfs -o mode=711 tmpfs "$stage"
while [ "$number" -lt "$files" ]; do
  if [ -d "$1" ]; then mkdir -m 711 "$stage/$number"; else : > "$stage/$number"; fi
  mount --rbind "$1" "$stage/$number"
  shift; number=$((number + 1))
done
mount --move "$stage" /tmp
exec "$@"
`;
