package cli

import "flag"

func importVerb(fs *flag.FlagSet) func(*run) int     { return nil }
func explainVerb(fs *flag.FlagSet) func(*run) int    { return nil }
func syncVerb(fs *flag.FlagSet) func(*run) int       { return nil }
func directivesVerb(fs *flag.FlagSet) func(*run) int { return nil }
func sdkVerb(fs *flag.FlagSet) func(*run) int        { return nil }
