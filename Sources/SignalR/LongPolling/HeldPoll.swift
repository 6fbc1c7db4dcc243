/// A poll that waits, as the connection knows it that it came on.
struct HeldPoll: Sendable {
    let slot: LoopSlot<LongPollTransport>
    let number: Int

    /// Nobody waits for its answer any more.
    func drop() {
        self.slot.use { [number] in $0?.dropped(number) }
    }

    /// Its connection will carry no other.
    func shutDown() {
        self.slot.use { $0?.shutDown() }
    }
}
