"""The text form of programs: printed by `disassembler`, read by `assembler`."""
