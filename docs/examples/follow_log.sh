#!/bin/sh
# Says each new line of a file that holds a word:  follow_log.sh HOST[:PORT] FILE WORD
tail -n 0 -F "$2" | grep --line-buffered -F -- "$3" | clint "$1" --name log --no-echo
