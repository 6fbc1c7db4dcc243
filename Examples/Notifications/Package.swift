// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Notifications",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "tidings", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ],
    targets: [
        .executableTarget(
            name: "Notifications",
            dependencies: [
                .product(name: "GraphNotifications", package: "tidings"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        )
    ]
)
