"""Who is who: joining contacts and parting them again, duplicates, and notes."""
