head -3 counts.txt; echo hi $NAME
