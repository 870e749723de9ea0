"""MIDI files of note lists, written byte by byte the same each time."""

from pathlib import Path

import mido

from .common import Note

TICKS_PER_SECOND = 960  # 480 ticks a beat at 120 beats a minute


def write_midi(path: Path, notes: list[Note], program: int = 0, velocity: int = 90, rest: float = 0.0) -> None:
    """Write notes as a one-track MIDI file with lyrics; `rest` s of rest follow the last note."""
    events = []
    for note in notes:
        start = round(note.onset * TICKS_PER_SECOND)
        stop = round((note.onset + note.duration) * TICKS_PER_SECOND)
        if note.lyric:
            events.append((start, 1, mido.MetaMessage("lyrics", text=note.lyric)))
        events.append((start, 2, mido.Message("note_on", note=note.midi, velocity=velocity)))
        events.append((stop, 0, mido.Message("note_off", note=note.midi, velocity=0)))
    track = mido.MidiTrack(
        [mido.MetaMessage("set_tempo", tempo=500000), mido.Message("program_change", program=program)]
    )
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=round(rest * TICKS_PER_SECOND)))
    file = mido.MidiFile(type=0, ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
