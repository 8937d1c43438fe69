"""Speech engines as this site has them: programs and services, their limits, what they said."""
