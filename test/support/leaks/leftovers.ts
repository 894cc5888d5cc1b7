/** What a job could leave: files and processes. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Every file and its content, except those of the runner itself. */
export function listFiles(room: string): string[] {
  return readdirSync(room, { recursive: true, withFileTypes: true })
    .filter(
      ({ name, parentPath }) =>
        !/_(runner_file_commands|github_workflow)/.test(join(parentPath, name)),
    )
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return `${file} -> ${readlinkSync(file)}`;
      return entry.isFile() ? `${file} ${digest(readFileSync(file))}` : file;
    })
    .sort();
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** How often the processes are listed again, because a killed process needs a moment to end. */
const patience = 200;

/** The processes that have a directory below this one in their environment; none if the system does not show it. */
export async function listProcesses(room: string): Promise<string[]> {
  if (!existsSync('/proc/self/environ')) return [];
  for (let turn = 0; ; turn += 1) {
    const left = readdirSync('/proc').filter(
      (id) => /^\d+$/.test(id) && readEnviron(id).includes(room),
    );
    if (left.length === 0 || turn === patience) return left;
    await setImmediate();
  }
}

function readEnviron(id: string): string {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8');
  } catch {
    // It has ended, or belongs to another user.
    return '';
  }
}

const established = '01';

/**
 * The connections to a port of this machine, as lines of /proc/net/tcp; none if the system does not show them. The
 * server's end of a connection that the client has closed does not count.
 */
export async function listConnections(port: number): Promise<string[]> {
  const table = '/proc/net/tcp';
  if (!existsSync(table)) return [];
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (let turn = 0; ; turn += 1) {
    const left = readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, remote, state]) => {
        return state === established && [local, remote].some((address) => address?.endsWith(end));
      });
    if (left.length === 0 || turn === patience) return left.map((columns) => columns.join(' '));
    await setImmediate();
  }
}
