extension Cursor {
    /// Reads what a client sent.
    init(checking text: String) throws(RelayError) {
        guard let cursor = Cursor(text) else {
            throw RelayError(
                .invalidRequest, "That is not a cursor; send the one of the last update that was handled, or null."
            )
        }
        self = cursor
    }
}
