/** Fill colours by state, light enough for dark text. */
export const STATE_COLOURS: Readonly<Record<string, string>> = {
  Completed: '#b7e1c0',
  Success: '#b7e1c0',
  Progressing: '#bcdcf5',
  Blocked: '#fbe0a8',
  Failed: '#f4b6b0',
  Error: '#f4b6b0',
  missing: '#ffffff',
}

export const UNKNOWN_COLOUR = '#e6e6e6'
