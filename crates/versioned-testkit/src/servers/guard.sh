# Ends every process that works in a server's folder; as a guard, when standard input ends, and then removes the folder.
# A process that is gone no longer has a working folder, so that a number in use again is never taken for a server.
folder=$1 signal=$2 purpose=$3
# Who interrupts the tests must not end their guard first.
trap '' HUP INT QUIT TERM

if [ "$purpose" = guard ]; then
    read -r _line
fi

# Before its server has run, a PostgreSQL is still being made, by a program that would remove the note which is read below.
if [ "$signal" = QUIT ] && [ ! -e "$folder/data/postmaster.opts" ]; then
    signal=KILL
fi

round=0 memory=
while :; do
    found=
    for process in /proc/[0-9]*; do
        if [ "$process/cwd" -ef "$folder" ] || [ "$process/cwd" -ef "$folder/data" ]; then
            found="$found ${process#/proc/}"
            memory="$memory $(grep -o '/dev/shm/PostgreSQL\.[0-9]*' "$process/maps" 2>/dev/null)"
        fi
    done
    if [ -z "$found" ]; then
        break
    fi
    round=$((round + 1))
    if [ "$round" -gt 400 ]; then
        exit 1
    fi
    if [ "$round" -gt 40 ]; then
        signal=KILL
    fi
    # Some may have ended by themselves.
    kill -s "$signal" $found 2>/dev/null
    sleep 0.05
done

if [ "$purpose" = guard ]; then
    # A PostgreSQL that was killed leaves a small piece of shared memory, noted in the seventh line, and one that was killed
    # while it was made leaves files in memory.
    rm -f $memory
    if [ -r "$folder/data/postmaster.pid" ]; then
        { read -r _ && read -r _ && read -r _ && read -r _ && read -r _ && read -r _ &&
            read -r _key piece && ipcrm -m "$piece"; } <"$folder/data/postmaster.pid" 2>/dev/null
    fi
    rm -rf "$folder"
fi
exit 0
