"""What trackers of websites and apps report, translated into words of ours."""
