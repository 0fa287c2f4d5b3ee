const response = await fetch('http://localhost:3000/');
process.exit(response.ok ? 0 : 1);
