"""Speed, as ratios to the raw limits of the same run."""
