"""Work that requests leave behind: plans in a queue that all workers share, made by one worker at a time."""
