import GRDB

extension DatabasePool {
    /// Reads; what goes wrong is an error of the storage.
    func readStored<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(StorageError) -> Value {
        do {
            return try await self.read(query)
        } catch {
            throw StorageError(during: "read from", error)
        }
    }
}
