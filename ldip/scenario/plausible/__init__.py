"""What hardly can be: figures of a scenario outside wide ranges of what municipalities have. Told, never refused."""
